//! Every logical id that the transform makes up.
//!
//! Upstream: translator/logical_id_generator.py, and the resource that each function here names.

use sha1::{Digest, Sha1};

/// The longest logical id that CloudFormation takes, in characters.
pub(crate) const MAX_LENGTH: usize = 255;

/// The first ten hexadecimal digits of the SHA-1 of a text: the tail of an id that changes with what it stands for.
pub(crate) fn hash(text: &str) -> String {
    let mut digits = digest(text);
    digits.truncate(10);
    digits
}

/// The SHA-1 of a text in hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    Sha1::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The SHA-1 of a text.
pub(crate) fn sha1(text: &str) -> [u8; 20] {
    Sha1::digest(text.as_bytes()).into()
}

/// Whether CloudFormation takes this for a logical id: ASCII letters and digits only.
pub(crate) fn is_valid(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `AWS::Lambda::Version` of a function.
pub(crate) fn version(function: &str, suffix: &str) -> String {
    format!("{function}Version{suffix}")
}

/// `AWS::Lambda::Alias` of a function: hyphens and underscores, which ids cannot hold, become `D` and `U`.
pub(crate) fn alias(function: &str, name: &str) -> String {
    let name = name.replace('-', "D").replace('_', "U");
    format!("{function}Alias{name}")
}

/// `AWS::CodeDeploy::Application`, one for the whole template.
pub(crate) const CODE_DEPLOY_APPLICATION: &str = "ServerlessDeploymentApplication";

/// The `AWS::IAM::Role` with which CodeDeploy shifts traffic, one for the whole template.
pub(crate) const CODE_DEPLOY_ROLE: &str = "CodeDeployServiceRole";

/// The condition under which CodeDeploy's shared resources exist, where several functions have conditions.
pub(crate) const CODE_DEPLOY_CONDITION: &str = "ServerlessCodeDeployCondition";

/// `AWS::CodeDeploy::DeploymentGroup` of a function.
pub(crate) fn deployment_group(function: &str) -> String {
    format!("{function}DeploymentGroup")
}

/// The execution role that is made for a resource.
pub(crate) fn role(resource: &str) -> String {
    format!("{resource}Role")
}

/// The role with which Lambda manages the instances of a capacity provider.
pub(crate) fn operator_role(provider: &str) -> String {
    format!("{provider}OperatorRole")
}

/// `AWS::StepFunctions::StateMachineVersion` of a state machine, which replaces itself with each change.
pub(crate) fn state_machine_version(machine: &str) -> String {
    format!("{machine}Version")
}

/// `AWS::StepFunctions::StateMachineAlias` of a state machine: the name as it is, so it must fit into an id.
pub(crate) fn state_machine_alias(machine: &str, name: &str) -> String {
    format!("{machine}Alias{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_reference() {
        assert_eq!(hash(r#"{"S3Bucket":"b","S3Key":"k"}"#), "03ba323aca");
        assert_eq!(hash(r#"{"ZipFile":""}"#), "a0d197587e");
    }

    #[test]
    fn alias_ids_hold_no_hyphen() {
        assert_eq!(alias("Fn", "a-b_c"), "FnAliasaDbUc");
    }
}

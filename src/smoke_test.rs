//! The hook that tests a version of a Lambda function before CodeDeploy shifts traffic to it: invokes it, compares the
//! answer, reports.
//!
//! It does what a generated `SmokeTest` does, for stacks that have its code in S3, and reads the same variables:
//! `CurrentVersion`, the version to test; `PAYLOAD`, the JSON that it is invoked with, `{}` where that is absent; and
//! `EXPECT`, JSON that the answer must hold: each key of a map, each item of a list, equal values. Without `EXPECT` it is
//! enough that the function does not fail.
//!
//! It always reports, also when it cannot test: CodeDeploy waits an hour for a report that does not come. One line of
//! JSON goes to standard output for each test: what is not as expected, never the answer itself.

use std::env;
use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_lambda_events::codedeploy::CodeDeployLifecycleEvent;
use aws_sdk_codedeploy::types::LifecycleEventStatus;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};

/// How long before its own end the hook gives up on the tested function: it needs some time to report.
const TIME_TO_REPORT: Duration = Duration::from_secs(8);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Err(
            "this is a hook of CodeDeploy as a Lambda function, and works where Lambda starts it"
                .into(),
        );
    }
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let account = aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .load()
        .await;
    // A second try would invoke the tested function a second time, and a slow one is not stalled.
    let once = aws_sdk_lambda::config::Builder::from(&account)
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    let lambda = aws_sdk_lambda::Client::from_conf(once);
    let code_deploy = aws_sdk_codedeploy::Client::new(&account);
    let hook = service_fn(|event| handle(lambda.clone(), code_deploy.clone(), event));
    Runtime::new(hook).run().await
}

/// Tests, and reports. An error is what keeps it from reporting; then Lambda calls the hook again.
async fn handle(
    lambda: aws_sdk_lambda::Client,
    code_deploy: aws_sdk_codedeploy::Client,
    event: LambdaEvent<CodeDeployLifecycleEvent>,
) -> Result<(), Error> {
    let left = event.context.deadline().duration_since(SystemTime::now());
    let patience = left.unwrap_or_default().saturating_sub(TIME_TO_REPORT);
    let fault = test_within(patience, lambda).await.err();
    log(&event.payload.deployment_id, fault.as_deref());
    let status = match fault {
        None => LifecycleEventStatus::Succeeded,
        Some(_) => LifecycleEventStatus::Failed,
    };
    let report = code_deploy
        .put_lifecycle_event_hook_execution_status()
        .deployment_id(event.payload.deployment_id)
        .lifecycle_event_hook_execution_id(event.payload.lifecycle_event_hook_execution_id)
        .status(status);
    report.send().await.map_err(told)?;
    Ok(())
}

/// [`test`], which has this long; an error is what is not as expected.
async fn test_within(patience: Duration, lambda: aws_sdk_lambda::Client) -> Result<(), String> {
    // A task of its own, so that a panic is one fault among others.
    let mut test = tokio::spawn(test(lambda));
    let outcome = tokio::time::timeout(patience, &mut test).await;
    test.abort();
    outcome
        .map_err(|_| "There was no answer in time.".to_owned())?
        .unwrap_or_else(|panic| Err(panic.to_string()))
}

/// Invokes the version and compares its answer; an error is what is not as expected.
async fn test(lambda: aws_sdk_lambda::Client) -> Result<(), String> {
    let version = env::var("CurrentVersion").map_err(|fault| format!("CurrentVersion: {fault}"))?;
    let payload = env::var("PAYLOAD").unwrap_or_else(|_| "{}".to_owned());
    let invocation = lambda.invoke().function_name(version);
    let answer = invocation.payload(Blob::new(payload)).send().await;
    let answer = answer.map_err(told)?;
    if answer.function_error().is_some() {
        return Err("The function failed.".to_owned());
    }
    let Ok(wanted) = env::var("EXPECT") else {
        return Ok(());
    };
    let wanted = serde_json::from_str(&wanted).map_err(|fault| format!("EXPECT: {fault}"))?;
    let found = answer.payload().map(Blob::as_ref).unwrap_or_default();
    let found = serde_json::from_slice(found).map_err(|fault| format!("The answer: {fault}"))?;
    match difference(Some(&found), &wanted, "The answer") {
        None => Ok(()),
        Some(difference) => Err(difference),
    }
}

/// What of an answer, which has this name, is not as wanted: maps may hold more, everything else must be equal.
fn difference(found: Option<&Value>, wanted: &Value, name: &str) -> Option<String> {
    match (found, wanted) {
        (Some(Value::Object(found)), Value::Object(wanted)) => wanted
            .iter()
            .find_map(|(key, wanted)| difference(found.get(key), wanted, &format!("{name}.{key}"))),
        (Some(Value::Array(found)), Value::Array(wanted)) if found.len() == wanted.len() => {
            let mut pairs = found.iter().zip(wanted).enumerate();
            pairs.find_map(|(i, (found, wanted))| {
                difference(Some(found), wanted, &format!("{name}[{i}]"))
            })
        }
        (Some(Value::Number(found)), Value::Number(wanted))
            if found == wanted || found.as_f64() == wanted.as_f64() =>
        {
            None
        }
        (Some(found), wanted) if found == wanted => None,
        _ => Some(format!("{name} is not {wanted}.")),
    }
}

/// An error with all that caused it, without what else the service said.
fn told<E: std::error::Error>(error: E) -> String {
    DisplayErrorContext(error).to_string()
}

fn log(deployment: &str, fault: Option<&(impl Display + ?Sized)>) {
    let line = json!({
        "level": if fault.is_some() { "WARN" } else { "INFO" },
        "deploymentId": deployment,
        "fault": fault.map(ToString::to_string),
    });
    // Without a log the report still counts.
    let _ = writeln!(std::io::stdout(), "{line}");
}

//! The request that CloudFormation sends to the macro for a template, made here: what the macro answers is seen without an
//! account.

use super::json_of;
use crate::language::parameters::is_list;
use crate::passes::transforms;
use crate::template::Template;
use crate::tree::{Map, Value, json};

/// An account of the documentation's.
const ACCOUNT: &str = "123456789012";

/// The request, as JSON, that is sent to the macro of the name `own` in a region for a template whose parameters have the
/// values `given`, else their defaults.
///
/// Where the template names the macro right below `Resources`, it gets these alone. What transforms before it do is not
/// done.
pub fn request(mut template: Template, region: &str, given: &Map, own: &str) -> String {
    let call = transforms::call(&template, own);
    let is_inside = call.as_ref().is_some_and(|call| call.is_inside);
    let params = call.and_then(|call| call.parameters).cloned();
    let params = params.unwrap_or_else(|| json!({}));
    let values = Value::Object(values(&template, given));
    if is_inside {
        transforms::take_out_macro(&mut template, own);
    }
    template.0.retain(|section, _| section != "Transform");
    let fragment = if is_inside {
        let resources = template.0.get_mut("Resources").map(Value::take);
        resources.unwrap_or_default()
    } else {
        Value::Object(template.0)
    };
    json_of(&json!({
        "region": region,
        "accountId": ACCOUNT,
        "fragment": fragment,
        "transformId": format!("{ACCOUNT}::{own}"),
        "params": params,
        "requestId": "offline",
        "templateParameterValues": values,
    }))
}

/// The values of the template's parameters as a macro gets them: texts, and lists of texts.
fn values(template: &Template, given: &Map) -> Map {
    let mut values = Map::new();
    for (name, declared) in template.section("Parameters").into_iter().flatten() {
        let Some(value) = given.get(name).or_else(|| declared.get("Default")) else {
            continue;
        };
        let kind = declared.get("Type").and_then(Value::as_str);
        let value = match value {
            Value::String(text) if kind.is_some_and(is_list) => {
                let items = text.as_str().split(',');
                Value::Array(items.map(|item| Value::from(item.trim())).collect())
            }
            Value::Number(number) => Value::from(number.to_string()),
            value => value.clone(),
        };
        values.insert(name.clone(), value);
    }
    values
}

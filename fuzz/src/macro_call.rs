//! The macro.

use canaryform::macro_call::{MAX_MESSAGE, answer};
use serde_json::Value;

/// Any bytes get a response that CloudFormation can read.
pub fn holds(data: &[u8]) {
    check(&String::from_utf8_lossy(data));
}

/// A request gets a response of the protocol, and not the one that a caught panic gets; gives it, and the log line.
pub fn check(body: &str) -> (Value, String) {
    let reply = answer(body);
    let text = reply.response;
    // An id goes back as it came, and half of a surrogate pair is an id that not every reader of JSON takes.
    let Ok(response) = serde_json::from_str::<Value>(&text) else {
        assert!(body.contains("\\u"), "no JSON: {text}");
        return (Value::Null, String::new());
    };
    assert!(response["requestId"].is_string(), "no id: {text}");
    match response["status"].as_str() {
        Some("success") => {
            assert!(
                reply.succeeded && response["fragment"].is_object(),
                "{text}"
            );
            assert!(response.get("errorMessage").is_none(), "{text}");
        }
        Some("failure") => {
            let message = response["errorMessage"].as_str().unwrap_or_default();
            assert!(!reply.succeeded && !message.is_empty(), "{text}");
            assert!(message.chars().count() <= MAX_MESSAGE, "{text}");
            assert!(!message.starts_with("canaryform failed"), "{text}");
        }
        _ => panic!("{text}"),
    }
    let summary = serde_json::to_string(&reply.summary).expect("a summary is JSON");
    (response, summary)
}

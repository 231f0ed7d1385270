//! The macro as a Lambda function: `lambda_runtime` around [`canaryform::macro_call`].
//!
//! One thread, one request at a time, as Lambda calls it. One line of JSON a request goes to standard output, which
//! Lambda writes into the log: ids, counts and the time, never a value of a template or a parameter.

use std::io::Write as _;
use std::time::Instant;

use canaryform::macro_call::{Summary, answer};
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::tower::util::MapRequest;
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // A panic is answered as a failure; what it says may hold a secret of the template.
    std::panic::set_hook(Box::new(|_| {}));
    Runtime::new(service_fn(handle))
        .layer(layer_fn(|service| MapRequest::new(service, parsable)))
        .run()
        .await
}

/// Lets a body that is no JSON reach [`handle`]: as a JSON string. `lambda_runtime` would answer it itself, and with an
/// exception, of which CloudFormation shows nothing.
fn parsable(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if serde_json::from_slice::<&RawValue>(&invocation.body).is_err() {
        let text = String::from_utf8_lossy(&invocation.body).into_owned();
        if let Ok(quoted) = serde_json::to_vec(&text) {
            invocation.body = quoted.into();
        }
    }
    invocation
}

async fn handle(event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error> {
    let started = Instant::now();
    let body = event.payload.get();
    let quoted: Option<String> = serde_json::from_str(body).ok();
    let reply = answer(quoted.as_deref().unwrap_or(body));
    log(&reply.summary, reply.succeeded, started);
    Ok(RawValue::from_string(reply.response)?)
}

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
    succeeded: bool,
    milliseconds: u128,
}

fn log(summary: &Summary, succeeded: bool, started: Instant) {
    let line = Line {
        level: if succeeded { "INFO" } else { "WARN" },
        summary,
        succeeded,
        milliseconds: started.elapsed().as_millis(),
    };
    if let Ok(mut line) = serde_json::to_vec(&line) {
        line.push(b'\n');
        // Without a log the answer still counts.
        let _ = std::io::stdout().write_all(&line);
    }
}

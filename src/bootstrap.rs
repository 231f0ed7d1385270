//! The macro as a Lambda function: `lambda_runtime` around [`canaryform::macro_call`].
//!
//! One thread, one request at a time, as Lambda calls it. One line of JSON a request goes to standard output, which
//! Lambda writes into the log: ids, counts and the time, never a value of a template or a parameter. Where the process
//! ends for another reason than Lambda's will, its last line says where.

use std::future::{Ready, ready};
use std::io::Write as _;
use std::mem;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use canaryform::macro_call::{Summary, answer_denying};
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::tower::util::MapRequest;
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "error: this is the macro as a Lambda function, and works where Lambda starts it; `canaryform macro EVENT` answers a request here"
        );
        return ExitCode::from(2);
    }
    std::panic::set_hook(Box::new(log_panic));
    let body = Arc::default();
    let served = Runtime::new(service_fn(handler(&body)))
        .layer(layer_fn(|service| {
            MapRequest::new(service, keep_body(&body))
        }))
        .run()
        .await;
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            write(&Death {
                level: "ERROR",
                died: "while it spoke with Lambda's Runtime API",
                place: None,
                // Of the connection: nothing of an event is read here.
                error: Some(error.to_string()),
            });
            ExitCode::FAILURE
        }
    }
}

/// Why a process ends.
#[derive(Serialize)]
struct Death {
    level: &'static str,
    died: &'static str,
    /// The place in the source, as far as it is the same on every machine that builds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Logs where a panic was, and not what it says: that may hold a secret of the template. A panic over a template is
/// answered as a failure; one in the runtime, which an answer of the Runtime API without its headers is enough for, ends
/// the process.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| {
        let file = place.file().replace('\\', "/");
        let crates = file.split_once("/registry/src/");
        let file = crates
            .and_then(|(_, path)| path.split_once('/'))
            .map_or(&*file, |(_, path)| path);
        format!("{file}:{}:{}", place.line(), place.column())
    });
    let is_of_runtime = place
        .as_deref()
        .is_some_and(|place| place.contains("lambda_runtime"));
    write(&Death {
        level: "ERROR",
        died: if is_of_runtime {
            "over an answer of Lambda's Runtime API that it cannot use"
        } else {
            "in a panic"
        },
        place,
        error: None,
    });
}

/// The body of the request that is answered now.
type Body = Arc<Mutex<Vec<u8>>>;

/// Keeps the body back, as it came. `lambda_runtime` would parse it, too, and answer what is no JSON by itself, with an
/// exception, of which CloudFormation shows nothing.
fn keep_body(body: &Body) -> impl FnMut(LambdaInvocation) -> LambdaInvocation + Clone + use<> {
    let body = Arc::clone(body);
    move |mut invocation| {
        *body.lock().unwrap_or_else(PoisonError::into_inner) =
            mem::replace(&mut invocation.body, "null".into()).into();
        invocation
    }
}

/// Answers the body that was kept back.
fn handler(
    body: &Body,
) -> impl FnMut(LambdaEvent<()>) -> Ready<Result<Box<RawValue>, Error>> + use<> {
    let body = Arc::clone(body);
    move |_| {
        let body = mem::take(&mut *body.lock().unwrap_or_else(PoisonError::into_inner));
        // A megabyte of it would be read letter by letter, where only what is no text needs that.
        let body = String::from_utf8(body)
            .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned());
        ready(handle(&body))
    }
}

fn handle(body: &str) -> Result<Box<RawValue>, Error> {
    let started = Instant::now();
    // What the macro is deployed to deny.
    let denied = std::env::var_os("DENY").unwrap_or_default();
    let reply = answer_denying(body, &denied.to_string_lossy());
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
    write(&line);
}

/// Writes a line of the log.
fn write(line: &impl Serialize) {
    if let Ok(mut line) = serde_json::to_vec(line) {
        line.push(b'\n');
        // Without a log the answer still counts.
        let _ = std::io::stdout().write_all(&line);
    }
}

//! The binary `smoke-test`, started as Lambda starts it, against stand-ins of Lambda and CodeDeploy on loopback.
//!
//! What they do and what must be reported says `tests/support/smoke_test_cases.json`, which the code of generated smoke
//! tests is tested with, too (`tests/tools/smoke_test.py`).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

const VERSION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:tested:7";

/// What the services were asked.
#[derive(Default)]
struct Asked {
    events: usize,
    calls: Vec<(String, String)>,
    reports: Vec<Value>,
}

struct Request {
    line: String,
    target: Option<String>,
    body: Vec<u8>,
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let (mut length, mut chunked, mut target) = (0, false, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "transfer-encoding" => chunked = value == "chunked",
            "x-amz-target" => target = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    while chunked {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend_from_slice(&chunk[..size]);
        chunked = size > 0;
    }
    let line = line.trim().to_owned();
    Some(Request { line, target, body })
}

fn reply(stream: &mut TcpStream, status: u64, headers: &str, body: &str) {
    // Nobody may be waiting any more.
    let _ = write!(
        stream,
        "HTTP/1.1 {status} As Asked\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// All three services: the one that hands out events, the one that invokes, and the one that is told.
fn serve(stream: TcpStream, case: &Value, asked: &Mutex<Asked>, done: &Sender<String>) {
    stream.set_nodelay(true).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        if request.line.contains("/runtime/invocation/next") {
            let mut asked = asked.lock().unwrap();
            asked.events += 1;
            if asked.events > 1 {
                drop(asked);
                // There is one event only.
                std::thread::sleep(Duration::from_secs(60));
                return;
            }
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            let left = case["milliseconds"].as_u64().unwrap_or(60_000);
            let deadline = u64::try_from(now.as_millis()).unwrap() + left;
            let head = format!(
                "lambda-runtime-aws-request-id: id\r\nlambda-runtime-deadline-ms: {deadline}\r\nlambda-runtime-invoked-function-arn: {VERSION}\r\n"
            );
            let event = json!({ "DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1" });
            reply(&mut writer, 200, &head, &event.to_string());
        } else if request.line.contains("/runtime/invocation/id/") {
            reply(&mut writer, 202, "", "{}");
            done.send(request.line).unwrap();
        } else if let Some(target) = request.target {
            assert_eq!(
                target,
                "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus"
            );
            let mut asked = asked.lock().unwrap();
            asked
                .reports
                .push(serde_json::from_slice(&request.body).unwrap());
            let refused =
                asked.reports.len() as u64 <= case["refused_reports"].as_u64().unwrap_or_default();
            reply(
                &mut writer,
                if refused { 500 } else { 200 },
                "content-type: application/x-amz-json-1.1\r\n",
                "{}",
            );
        } else {
            let body = String::from_utf8(request.body).unwrap();
            asked.lock().unwrap().calls.push((request.line, body));
            std::thread::sleep(Duration::from_secs_f64(
                case["delay"].as_f64().unwrap_or_default(),
            ));
            let depth = usize::try_from(case["deep"].as_u64().unwrap_or_default()).unwrap();
            let answer = match (depth, case["answer"].as_str()) {
                (0, None) => return,
                (0, Some(answer)) => answer.to_owned(),
                (depth, _) => "[".repeat(depth) + &"]".repeat(depth),
            };
            let error = case["function_error"].as_str();
            let error = error.map_or_else(String::new, |error| {
                format!("x-amz-function-error: {error}\r\n")
            });
            reply(
                &mut writer,
                case["status"].as_u64().unwrap_or(200),
                &error,
                &answer,
            );
        }
    }
}

/// What is wrong with how a case goes.
fn fault(case: &Value) -> Option<String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Asked::default()));
    let (done, is_done) = channel();
    let shared = (case.clone(), Arc::clone(&asked));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (case, asked) = (shared.0.clone(), Arc::clone(&shared.1));
            let done = done.clone();
            std::thread::spawn(move || serve(stream.unwrap(), &case, &asked, &done));
        }
    });
    let mut hook = Command::new(env!("CARGO_BIN_EXE_smoke-test"));
    hook.env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "smoke-test"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "none"),
            ("AWS_SECRET_ACCESS_KEY", "none"),
            ("AWS_ENDPOINT_URL", &format!("http://{address}")),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let version = if case.get("version").is_some() {
        None
    } else {
        Some(VERSION)
    };
    for (name, value) in [
        ("CurrentVersion", version),
        ("PAYLOAD", case["payload"].as_str()),
        ("EXPECT", case["expect"].as_str()),
    ] {
        hook.envs(value.map(|value| (name, value)));
    }
    let mut hook = hook.spawn().unwrap();
    let end = is_done.recv_timeout(Duration::from_secs(30));
    hook.kill().unwrap();
    hook.wait().unwrap();
    let asked = asked.lock().unwrap();
    let calls = usize::try_from(case["calls"].as_u64().unwrap_or(1)).unwrap();
    let payload = case["payload"].as_str().unwrap_or("{}");
    let wanted = json!({
        "deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook-1", "status": case["report"],
    });
    if !end.as_ref().is_ok_and(|line| line.contains("/response ")) {
        return Some(format!("ended with {end:?}"));
    }
    if asked.calls.len() != calls || asked.calls.iter().any(|(_, body)| body != payload) {
        return Some(format!("called {:?}", asked.calls));
    }
    (asked.reports.last() != Some(&wanted)).then(|| format!("reported {:?}", asked.reports))
}

#[test]
fn what_is_found_is_reported_and_something_always() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("support/smoke_test_cases.json")).unwrap();
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case["case"], fault(case)?)))
        .collect();
    assert!(
        cases.len() > 30 && faults.is_empty(),
        "{}",
        faults.join("\n")
    );
}

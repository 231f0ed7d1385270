//! The macro's binary, started as Lambda starts it, against a stand-in of Lambda's Runtime API on loopback.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};

#[test]
fn without_lambda_it_says_what_it_is() {
    let mut bootstrap = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
    let output = bootstrap
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("canaryform macro EVENT"), "{told}");
}

/// Lambda's side: hands out events, takes answers.
struct Lambda {
    bootstrap: Child,
    listener: TcpListener,
    connection: Option<BufReader<TcpStream>>,
    events: usize,
    /// Reads what it logs, or it would wait for a full pipe.
    log: JoinHandle<String>,
}

impl Lambda {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut bootstrap = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                listener.local_addr().unwrap().to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "canaryform")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = bootstrap.stdout.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            out.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            bootstrap,
            log,
            listener,
            connection: None,
            events: 0,
        }
    }

    /// The next request of the runtime: its line, and its body.
    fn next_request(&mut self) -> (String, Vec<u8>) {
        loop {
            if self.connection.is_none() {
                let (stream, _) = self.listener.accept().unwrap();
                stream.set_nodelay(true).unwrap();
                self.connection = Some(BufReader::new(stream));
            }
            let reader = self.connection.as_mut().unwrap();
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or_default() == 0 {
                self.connection = None;
                continue;
            }
            let (mut length, mut chunked) = (0, false);
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                let header = header.trim().to_ascii_lowercase();
                if header.is_empty() {
                    break;
                }
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                chunked |= header == "transfer-encoding: chunked";
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            while chunked {
                let mut size = String::new();
                reader.read_line(&mut size).unwrap();
                let size = usize::from_str_radix(size.trim(), 16).unwrap();
                let mut chunk = vec![0; size + 2];
                reader.read_exact(&mut chunk).unwrap();
                body.extend_from_slice(&chunk[..size]);
                chunked = size > 0;
            }
            return (line.trim().to_owned(), body);
        }
    }

    /// Answers, and closes the connection: the runtime may hold several open otherwise.
    fn reply(&mut self, head: &str, body: &[u8]) {
        let mut reader = self.connection.take().unwrap();
        let mut reply = format!(
            "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        reply.extend_from_slice(body);
        reader.get_mut().write_all(&reply).unwrap();
    }

    /// The answer to an event.
    fn invoke(&mut self, event: &[u8]) -> Value {
        let (line, _) = self.next_request();
        assert!(
            line.starts_with("GET /2018-06-01/runtime/invocation/next"),
            "{line}"
        );
        self.events += 1;
        let id = format!("request-{}", self.events);
        let head = format!(
            "200 OK\r\nlambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: 4102444800000\r\nlambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:canaryform\r\ncontent-type: application/json"
        );
        self.reply(&head, event);
        let (line, body) = self.next_request();
        self.reply("202 Accepted", b"{}");
        assert_eq!(
            line,
            format!("POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1"),
            "{}",
            String::from_utf8_lossy(&body)
        );
        serde_json::from_slice(&body).unwrap()
    }

    /// How much memory the process holds now, in bytes; none where that cannot be asked.
    fn memory(&self) -> Option<usize> {
        let pages = fs::read_to_string(format!("/proc/{}/statm", self.bootstrap.id())).ok()?;
        let resident: usize = pages.split_whitespace().nth(1)?.parse().ok()?;
        Some(resident * 4096)
    }

    /// Stops the process, and gives what it wrote to its log.
    fn stop(mut self) -> String {
        self.bootstrap.kill().unwrap();
        self.bootstrap.wait().unwrap();
        self.log.join().unwrap()
    }
}

fn event(functions: usize, description: usize) -> Vec<u8> {
    let resources: serde_json::Map<String, Value> = (0..functions)
        .map(|i| {
            let function = json!({
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "CodeUri": "s3://b/k", "Handler": "h", "Runtime": "python3.13",
                    "Description": "d".repeat(description), "Role": "arn:aws:iam::123456789012:role/r",
                },
            });
            (format!("F{i}"), function)
        })
        .collect();
    let request = json!({
        "region": "us-east-1", "accountId": "123456789012", "requestId": "id", "params": {},
        "transformId": "123456789012::Canaryform", "templateParameterValues": { "Password": "s3cret" },
        "fragment": { "Parameters": { "Password": { "Type": "String", "NoEcho": true } }, "Resources": resources },
    });
    serde_json::to_vec(&request).unwrap()
}

#[test]
fn every_event_gets_a_well_formed_answer() {
    let mut lambda = Lambda::start();
    let response = lambda.invoke(&event(2, 10));
    assert_eq!(
        (&response["status"], &response["requestId"]),
        (&json!("success"), &json!("id"))
    );
    let response = lambda.invoke(&event(150, 6_000));
    assert_eq!(
        response["status"], "success",
        "{:.300}",
        response["errorMessage"]
    );

    let deep = [b"[".repeat(50_000), b"]".repeat(50_000)].concat();
    let deep_fragment = [
        br#"{"requestId": "deep", "region": "us-east-1", "fragment": "#.to_vec(),
        deep.clone(),
        b"}".to_vec(),
    ]
    .concat();
    let large = [
        br#"{"requestId": "large", "fragment": ""#.to_vec(),
        b"x".repeat(5_000_000),
        br#""}"#.to_vec(),
    ]
    .concat();
    let hostile: Vec<(Vec<u8>, &str)> = vec![
        (b"not JSON".to_vec(), ""),
        (b"".to_vec(), ""),
        (b"{\"requestId\": \"cut\", \"fragment\": {".to_vec(), "cut"),
        (b"[1]".to_vec(), ""),
        (b"null".to_vec(), ""),
        (b"\"text\"".to_vec(), ""),
        (b"\xff\xfe{}".to_vec(), ""),
        (br#"{"requestId": "types", "region": {}, "fragment": 1}"#.to_vec(), "types"),
        (br#"{"requestId": "missing"}"#.to_vec(), "missing"),
        (br#"{"requestId": "naive", "region": "us-east-1", "fragment": {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"": {"Type": ["x"]}}, "Layers": {"Fn::If": []}}}}}}"#.to_vec(), "naive"),
        (deep, ""),
        (deep_fragment, "deep"),
        (large, "large"),
    ];
    for (body, id) in hostile {
        let response = lambda.invoke(&body);
        assert_eq!(response["status"], "failure", "{response}");
        assert_eq!(response["requestId"], id);
        assert!(
            response["errorMessage"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
    }
    let log = lambda.stop();
    assert!(!log.contains("s3cret"));
    assert_eq!(log.lines().count(), 15, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(
            line["milliseconds"].is_number() && line["requestId"].is_string(),
            "{line}"
        );
    }
}

#[test]
fn a_thousand_calls_leave_no_memory_behind() {
    let mut lambda = Lambda::start();
    let event = event(20, 100);
    let mut settled = None;
    for call in 0..1_000 {
        assert_eq!(lambda.invoke(&event)["status"], "success");
        if call == 200 {
            settled = lambda.memory();
        }
    }
    if let (Some(before), Some(after)) = (settled, lambda.memory()) {
        assert!(
            after < before + 4_000_000,
            "{before} bytes have become {after}"
        );
    }
    lambda.stop();
}

/// What a bootstrap logs that gets this in place of an event, and then ends by itself.
fn last_words(answer: &[u8]) -> String {
    let mut lambda = Lambda::start();
    lambda.next_request();
    let mut connection = lambda.connection.take().unwrap();
    connection.get_mut().write_all(answer).unwrap();
    drop(connection);
    let ended = lambda.bootstrap.wait().unwrap();
    assert!(!ended.success(), "{ended}");
    lambda.log.join().unwrap()
}

#[test]
fn a_runtime_that_dies_says_where_and_nothing_of_the_event() {
    let event = String::from_utf8(event(1, 10)).unwrap();
    let length = event.len();
    let unusable = "over an answer of Lambda's Runtime API that it cannot use";
    for (answer, died) in [
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned(),
            unusable,
        ),
        (
            format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{event}"),
            unusable,
        ),
        (
            format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\ncontent-length: {length}\r\n\r\n{event}"
            ),
            unusable,
        ),
        (
            format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: soon\r\ncontent-length: {length}\r\n\r\n{event}"
            ),
            "while it spoke with Lambda's Runtime API",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\ns3cret".to_owned(),
            "while it spoke with Lambda's Runtime API",
        ),
        (
            "s3cret\r\n\r\n".to_owned(),
            "while it spoke with Lambda's Runtime API",
        ),
    ] {
        let log = last_words(answer.as_bytes());
        let line: Value =
            serde_json::from_str(&log).unwrap_or_else(|_| panic!("{answer:?}: {log:?}"));
        assert_eq!(
            (&line["level"], &line["died"]),
            (&json!("ERROR"), &json!(died)),
            "{answer:?}: {log}"
        );
        if died == unusable {
            // The file in its crate, the line and the column, whoever built it.
            let place = line["place"].as_str().unwrap();
            assert!(
                place.starts_with("lambda_runtime-") && place.contains("/src/"),
                "{place}"
            );
        } else {
            assert!(
                line["error"]
                    .as_str()
                    .is_some_and(|error| !error.is_empty()),
                "{log}"
            );
        }
        assert!(!log.contains("s3cret"), "{log}");
    }
}

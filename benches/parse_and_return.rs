//! What a macro does at the least: it parses the request, and returns the fragment as it was. `measure_macro.py` measures
//! the macro beside it.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let mut request = event.payload;
    let mut take = |name: &str| request.get_mut(name).map(Value::take);
    Ok(json!({
        "requestId": take("requestId"),
        "status": "success",
        "fragment": take("fragment"),
    }))
}

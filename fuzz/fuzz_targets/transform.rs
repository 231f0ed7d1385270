//! Any template is transformed the same way twice, and its output is plain CloudFormation that reads back.
#![no_main]

use canaryform_fuzz::transform::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));

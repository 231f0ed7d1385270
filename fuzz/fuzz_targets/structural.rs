//! A template that was changed at random places.
#![no_main]

use canaryform_fuzz::structural::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));

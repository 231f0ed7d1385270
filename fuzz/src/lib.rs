//! What must hold whatever the input is: a module for each target. Each takes bytes and panics where something does not
//! hold.

mod choices;
mod mutate;
mod pool;

pub mod macro_call;
pub mod read;
pub mod secret;
pub mod structural;
pub mod told;
pub mod transform;

//! The steps of the transform over the whole template.

pub(crate) mod api_drafts;
pub(crate) mod circles;
pub(crate) mod globals;
pub(crate) mod implicit_apis;
pub(crate) mod includes;
pub(crate) mod language_extensions;
pub(crate) mod local_code;
pub(crate) mod lower;
pub(crate) mod max_parallel;
pub(crate) mod parameters;
pub(crate) mod plain_defaults;
pub(crate) mod references;
pub(crate) mod review;
pub(crate) mod rewire;
pub(crate) mod secrets;
pub(crate) mod seen;
pub(crate) mod shape;
pub(crate) mod transforms;

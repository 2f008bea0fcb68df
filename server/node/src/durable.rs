//! Steps after which something is on disk, for tests that kill the program right there: silent unless `log.filter`
//! names the target `durable_step`.

pub(crate) use lianfang_flow::durable_step as step;

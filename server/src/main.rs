//! turkistan
fn main() {}

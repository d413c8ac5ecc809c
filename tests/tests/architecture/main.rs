//! The house's own order: which crate may use which, what a room is made of, how files look. `ARCHITECTURE.md` and `STYLE.md` give the
//! reasons; a test here that fails says which line to change.

mod code;
mod edges;
mod fences;
mod furniture;
mod style;
mod tree;
mod words;

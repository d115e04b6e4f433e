//! What the crate promises, held to Pillow's results in `tests/data`.

mod fixtures;
mod jpeg;
mod pillow;
mod png;

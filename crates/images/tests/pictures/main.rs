//! What the crate promises, held to Pillow's results in `tests/data`.

mod definition;
mod fixtures;
mod folder;
mod formats;
mod golden;
mod jpeg;
mod malformed;
mod pillow;
mod png;

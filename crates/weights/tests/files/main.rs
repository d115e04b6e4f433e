//! Files, right and wrong, and what becomes of them.

mod backbone;
mod formats;
mod hostile;
mod malformed;
mod writing;

//! Files, right and wrong, and what becomes of them.

mod backbone;
mod corrupt;
mod formats;
mod hostile;
mod limits;
mod lookup;
mod malformed;
mod writing;
mod written;

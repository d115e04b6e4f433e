//! Files, right and wrong, and what becomes of them.

mod backbone;
mod corrupt;
mod formats;
mod guards;
mod hostile;
mod limits;
mod lookup;
mod malformed;
mod memory;
mod pickling;
mod pytorch;
mod recognised;
mod safetensors;
mod writing;
mod written;

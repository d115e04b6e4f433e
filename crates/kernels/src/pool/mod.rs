//! Max pooling and global average pooling.

mod average;
mod maximum;

pub use average::{global_average_pool, global_average_pool_gradient};
pub use maximum::MaxPool;

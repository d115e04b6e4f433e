//! What this program is and was built from.

use report::BuildRecord;
use resnet::Isa;

/// The digest of the source of this program.
pub(crate) const SOURCE_DIGEST: &str = env!("STREAMSCOPE_SOURCE");

/// Name and version of this program.
pub fn program() -> String {
    format!("streamscope {}", env!("CARGO_PKG_VERSION"))
}

/// What this program was built from, and what it runs on.
pub fn build_record() -> BuildRecord {
    BuildRecord {
        source_digest: SOURCE_DIGEST.to_owned(),
        compiler: env!("STREAMSCOPE_COMPILER").to_owned(),
        cpu_features: Isa::supported().iter().map(Isa::to_string).collect(),
    }
}

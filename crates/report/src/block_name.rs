//! How tables write the name of a block: `layer3.1` for what is called 3.1 everywhere else. Programs that read tables take
//! `3.1` for a number, and 3.10 for the same one.

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::Serializer;

const PREFIX: &str = "layer";

pub(crate) fn serialize<S: Serializer>(block: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{PREFIX}{block}"))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let block = text.strip_prefix(PREFIX).map(str::to_owned);
    block.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &"a block, such as layer3.1"))
}

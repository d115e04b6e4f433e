//! Instruction sets: one ordered table that dispatch, `STREAMSCOPE_ISA`, tests, benchmarks and the manifest all read.
//!
//! An [`Isa`] is a value that only detection can make, so whoever holds one may run the code it names. Every
//! kernel gives the same bits on each of them: the choice is about speed alone.

use std::fmt;
use std::sync::OnceLock;

/// The name of the environment variable that forces an instruction set.
pub const ISA_VARIABLE: &str = "STREAMSCOPE_ISA";

/// An instruction set that this processor was found to support.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isa {
    level: Level,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// One line of the table: a name, whether this processor can run it, and the level it stands for.
struct Entry {
    name: &'static str,
    supported: fn() -> bool,
    level: Level,
}

/// Fastest first.
const TABLE: &[Entry] = &[
    #[cfg(target_arch = "x86_64")]
    Entry {
        name: "avx512",
        supported: || {
            std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512vl")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512bw")
                && std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("fma")
        },
        level: Level::Avx512,
    },
    #[cfg(target_arch = "x86_64")]
    Entry {
        name: "avx2",
        supported: || std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"),
        level: Level::Avx2,
    },
    Entry { name: "portable", supported: || true, level: Level::Portable },
];

/// Why an instruction set could not be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IsaError {
    /// The name is in no line of the table.
    #[error("{ISA_VARIABLE}: expected one of {expected}, found '{found}'")]
    Unknown {
        /// What was asked for.
        found: String,
        /// The names there are.
        expected: String,
    },
    /// The name is known, but this processor lacks it.
    #[error("{ISA_VARIABLE}: this processor does not support '{found}'; it supports {supported}")]
    Unsupported {
        /// What was asked for.
        found: String,
        /// The names this processor supports.
        supported: String,
    },
}

impl Isa {
    /// Every instruction set that this processor supports, fastest first. Never empty: `portable` always works.
    pub fn supported() -> Vec<Isa> {
        TABLE.iter().filter(|e| (e.supported)()).map(|e| Isa { level: e.level }).collect()
    }

    /// The names in the table, supported here or not, fastest first.
    pub fn all_names() -> Vec<&'static str> {
        TABLE.iter().map(|e| e.name).collect()
    }

    /// The instruction set of that name, if this processor supports it.
    ///
    /// # Example
    /// ```
    /// use kernels::Isa;
    ///
    /// assert_eq!(Isa::named("portable").map(Isa::name), Ok("portable"));
    /// assert!(Isa::named("sse9").unwrap_err().to_string().contains("expected one of"));
    /// ```
    pub fn named(name: &str) -> Result<Isa, IsaError> {
        let entry = TABLE
            .iter()
            .find(|e| e.name == name)
            .ok_or_else(|| IsaError::Unknown { found: name.to_owned(), expected: Self::all_names().join(", ") })?;
        if (entry.supported)() {
            return Ok(Isa { level: entry.level });
        }
        let supported: Vec<&str> = Self::supported().iter().map(|i| i.name()).collect();
        Err(IsaError::Unsupported { found: name.to_owned(), supported: supported.join(", ") })
    }

    /// What `STREAMSCOPE_ISA` asks for, or the fastest one where it is unset or empty.
    pub fn from_environment() -> Result<Isa, IsaError> {
        match std::env::var(ISA_VARIABLE) {
            Ok(name) if !name.is_empty() => Self::named(&name),
            _ => Ok(Self::best()),
        }
    }

    /// The fastest instruction set of this processor.
    pub fn best() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::supported()[0])
    }

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|e| e.level == self.level).map_or("portable", |e| e.name)
    }

    pub(crate) fn level(self) -> Level {
        self.level
    }
}

impl fmt::Debug for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isa({})", self.name())
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Defines a function whose body is compiled once for each instruction set and picked by its first argument, an
/// [`Isa`].
///
/// The body is ordinary Rust. It may use `f32::mul_add`, which becomes one instruction where the instruction set has
/// it; Rust never contracts or reassociates floating point, so all versions give the same bits.
macro_rules! per_isa {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $vis fn $name(isa: $crate::Isa, $($arg: $ty),*) {
            #[inline(always)]
            fn body($($arg: $ty),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            fn avx512($($arg: $ty),*) {
                body($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $ty),*) {
                body($($arg),*)
            }

            #[allow(unsafe_code, reason = "calling a function compiled for an instruction set that was detected")]
            match isa.level() {
                // SAFETY: an `Isa` of this level exists only where detection found these features.
                #[cfg(target_arch = "x86_64")]
                $crate::isa::Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::isa::Level::Avx2 => unsafe { avx2($($arg),*) },
                $crate::isa::Level::Portable => body($($arg),*),
            }
        }
    };
}
pub(crate) use per_isa;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_is_always_supported_and_last() {
        assert_eq!(Isa::supported().last().map(|i| i.name()), Some("portable"));
    }

    #[test]
    fn every_supported_name_finds_itself() {
        for isa in Isa::supported() {
            assert_eq!(Isa::named(isa.name()), Ok(isa));
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = Isa::named("sse9").unwrap_err().to_string();
        assert!(message.contains("sse9") && message.contains("portable"), "{message}");
    }
}

//! The statistics of the papers' figures, equal to SciPy's where SciPy gives a number.
//!
//! Where a definition gives no answer, it is [`NotDefined`] and prints as "not defined". Sums run in the order of their
//! arguments, so results are the same bits on any machine with the same elementary functions.

mod anova;
mod histogram;
mod moments;
mod not_defined;
mod pearson;
mod ranks;
mod spearman;
mod tails;

pub use anova::{Anova, one_way_anova};
pub use histogram::Histogram;
pub use moments::{mean, median, standard_error};
pub use not_defined::NotDefined;
pub use pearson::{correlation, unit_deviations};
pub use ranks::average_ranks;
pub use spearman::{Spearman, spearman};
pub use tails::regularized_beta;

//! The statistics of the papers' figures, and those that say what these are worth, equal to SciPy's and statsmodels' where
//! they give a number.
//!
//! Where a definition gives no answer, it is [`NotDefined`] and prints as "not defined". Sums run in the order of their
//! arguments, so results are the same bits on any machine with the same elementary functions.

mod anova;
mod bootstrap;
mod histogram;
mod many_tests;
mod moments;
mod not_defined;
mod pearson;
mod permutation;
mod ranks;
mod sign_test;
mod spearman;
mod spread;
mod tails;

pub use anova::{Anova, one_way_anova};
pub use bootstrap::{Interval, RESAMPLES, Resamples, quartiles};
pub use histogram::Histogram;
pub use many_tests::benjamini_hochberg;
pub use moments::{mean, median, standard_error};
pub use not_defined::NotDefined;
pub use pearson::{Correlating, Deviation, correlation, unit_deviations};
pub use permutation::{permutation, permutation_p};
pub use ranks::average_ranks;
pub use sign_test::{SignTest, sign_test};
pub use spearman::{Spearman, spearman};
pub use spread::Spread;
pub use tails::regularized_beta;

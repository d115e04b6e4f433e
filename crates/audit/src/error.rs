//! Why an audit cannot be made, as one sentence.

use resnet::Site;
use std::path::PathBuf;

/// Why an audit cannot be made. What it finds is no error.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The network or a run cannot be read.
    #[error(transparent)]
    Run(#[from] runs::RunError),
    /// A tensor is missing.
    #[error(transparent)]
    Weights(#[from] weights::WeightsError),
    /// The network cannot be read.
    #[error(transparent)]
    Network(#[from] resnet::NetworkError),
    /// A graph cannot be built.
    #[error(transparent)]
    Graph(#[from] autodiff::GraphError),
    /// A plan cannot be compiled.
    #[error(transparent)]
    Plan(#[from] autodiff::PlanError),
    /// A picture cannot be made.
    #[error(transparent)]
    Featviz(#[from] featviz::FeatvizError),
    /// An image cannot be read.
    #[error(transparent)]
    Image(#[from] images::ImageError),
    /// The audit or explanation cannot be written, or a table not be read.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// A file cannot be written.
    #[error("{}: cannot write: {source}{}", path.display(), report::way_on(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A run is of other weights.
    #[error("{sentence}; --weights says which")]
    OtherWeights {
        /// Both names.
        sentence: String,
    },
    /// There is nothing of that name in a run.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Absent {
        /// The run or its table.
        path: PathBuf,
        /// What was asked for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A reference value is missing, or its file is damaged.
    #[error(transparent)]
    Reference(#[from] bounds::ReferenceError),
    /// Threads cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
}

impl AuditError {
    /// The network has no such site.
    pub(crate) fn no_site(site: Site) -> AuditError {
        AuditError::Absent {
            path: "the network".into(),
            expected: format!("the site {site}"),
            found: "none of that name".to_owned(),
        }
    }
}

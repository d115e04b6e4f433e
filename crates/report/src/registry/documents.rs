//! What is written for people beside the tables and figures.

use super::sources::PHOTOGRAPHS;
use super::tables::CLAIMS;

/// A text or page.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Where it is, below an output folder.
    pub path: &'static str,
    /// What it was made from: files of the folder, or what [`super::sources`] names.
    pub made_from: &'static [&'static str],
}

/// What produced the files beside it; made from none of them.
pub const MANIFEST: &str = "manifest.json";

/// The frame of the page; what it shows of the tables is in the files that it reads.
pub const INDEX: Document = Document { path: "index.html", made_from: &[MANIFEST] };

/// The claims in Markdown.
pub const CLAIMS_MARKDOWN: Document = Document { path: "tables/claims.md", made_from: &[CLAIMS.path] };

/// What every table and column holds. Which tables there are depends on whether there were images.
pub const DICTIONARY: Document = Document { path: "tables/README.md", made_from: &[MANIFEST] };

/// The names of the images, a line each: the rows of the arrays beside it.
pub const IMAGES: Document = Document { path: "activations/images.txt", made_from: &[PHOTOGRAPHS] };

/// All of them.
pub const DOCUMENTS: [Document; 4] = [INDEX, CLAIMS_MARKDOWN, DICTIONARY, IMAGES];

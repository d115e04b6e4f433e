//! Where a run goes that is not told where to go.

use crate::source::Source;
use featviz::Preset;
use std::path::{Path, PathBuf};

/// The size of the images that most networks read.
const USUAL_SIZE: usize = 224;

/// What the default folder of a run is named after.
#[derive(Clone, Copy, Debug)]
pub struct DefaultFolder<'a> {
    /// The network.
    pub source: &'a Source,
    /// Whether it is the embedded one because no weights were named.
    pub embedded: bool,
    /// Steps for each picture.
    pub steps: usize,
    /// The seed of every draw.
    pub seed: u64,
    /// The folder of images, where one was named.
    pub images: Option<&'a Path>,
}

/// `out/<weights>/<preset or steps>-seed<seed>`, from the current folder: `out/resnet18-16/quick-seed0` for the embedded
/// network and nothing else said.
///
/// The weights are called what their file or folder is, without the ending. Behind the seed stands what else was asked
/// for: that the network is shuffled, the size of the images where it is not the network's usual one, how else they are read, and the name of the folder of images where one was
/// named. What is called like the embedded network and is named by its path says both always. Blocks and channels are not in the name: a command with others adds to the run that is there.
pub fn default_folder(of: &DefaultFolder<'_>) -> PathBuf {
    let network = name(&of.source.path, true);
    let steps = match Preset::ALL.into_iter().find(|preset| preset.steps() == of.steps) {
        Some(preset) => preset.to_string(),
        None => format!("{}-steps", of.steps),
    };
    let mut folder = format!("{steps}-seed{}", of.seed);
    let embedded = Source::new(Path::new(""), None, None);
    let usual = match of.embedded {
        true => embedded.asked.input_size,
        // What is called like the embedded network is not to be mistaken for it.
        false if network == name(&embedded.path, true) => None,
        false => Some(USUAL_SIZE),
    };
    if of.source.shuffled {
        folder.push_str("-shuffled");
    }
    let asked = of.source.asked;
    // Of what is not asked for, only the embedded network's own size is told apart from it.
    let size = asked.input_size.unwrap_or(USUAL_SIZE);
    if usual != Some(size) {
        folder.push_str(&format!("-{size}px"));
    }
    if let Some(resize) = asked.resize {
        folder.push_str(&format!("-of-{resize}px"));
    }
    for (name, colors) in [("mean", asked.mean), ("std", asked.std)] {
        if let Some([red, green, blue]) = colors {
            folder.push_str(&format!("-{name}-{red}-{green}-{blue}"));
        }
    }
    match of.images {
        Some(images) => folder.push_str(&format!("-{}", name(images, false))),
        // The embedded network has images of its own.
        None if usual.is_none() => folder.push_str("-no-images"),
        None => {}
    }
    Path::new("out").join(network).join(folder)
}

/// The last name of a path, without what stands behind its last point where it is a file's, in letters that any file
/// system takes.
fn name(path: &Path, is_file: bool) -> String {
    // `.` and `..` have no name of their own.
    let whole = path.file_name().is_none().then(|| path.canonicalize().ok()).flatten();
    let path = whole.as_deref().unwrap_or(path);
    let last = if is_file && !path.is_dir() { path.file_stem() } else { path.file_name() };
    let last = last.unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = last.chars().map(plain).collect();
    match name.trim_start_matches('.') {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(weights: Option<&str>, size: Option<usize>, steps: usize, images: Option<&str>) -> String {
        let source = Source::new(Path::new("root"), weights.map(PathBuf::from), size);
        let images = images.map(Path::new);
        let of = DefaultFolder { source: &source, embedded: weights.is_none(), steps, seed: 7, images };
        default_folder(&of).to_string_lossy().replace('\\', "/")
    }

    #[test]
    fn a_shuffled_network_has_a_folder_of_its_own() {
        let source = Source::new(Path::new("root"), None, Some(64)).shuffled(true);
        let of = DefaultFolder { source: &source, embedded: true, steps: 64, seed: 7, images: None };
        assert_eq!(default_folder(&of), Path::new("out/resnet18-16/quick-seed7-shuffled-64px"));
    }

    #[test]
    fn a_folder_is_named_after_all_that_tells_commands_apart() {
        for (found, expected) in [
            (of(None, None, 64, None), "out/resnet18-16/quick-seed7"),
            (of(None, Some(128), 4, None), "out/resnet18-16/smoke-seed7"),
            (of(None, Some(64), 2560, None), "out/resnet18-16/paper-seed7-64px"),
            (of(None, None, 65, Some("a/b c")), "out/resnet18-16/65-steps-seed7-b_c"),
            (of(Some("w/resnet18.npz"), None, 64, None), "out/resnet18/quick-seed7"),
            (of(Some("w/resnet18.v2.npz"), Some(128), 64, Some("p/")), "out/resnet18.v2/quick-seed7-128px-p"),
            // The embedded network by its path reads other images.
            (of(Some("fixtures/resnet18-16.npz"), None, 64, None), "out/resnet18-16/quick-seed7-224px-no-images"),
            (of(Some("fixtures/resnet18-16.npz"), Some(128), 64, None), "out/resnet18-16/quick-seed7-128px-no-images"),
            (of(Some(".hidden"), None, 64, None), "out/hidden/quick-seed7"),
            (of(Some("/"), None, 64, None), "out/unnamed/quick-seed7"),
        ] {
            assert_eq!(found, expected);
        }
    }
}

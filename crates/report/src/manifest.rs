//! `manifest.json`: what produced the files beside it, and their digests.

use crate::atomic::write_atomically_with;
use crate::error::ReportError;
use crate::files::read_table;
use crate::image_digests::ImageDigests;
use crate::layout;
use crate::provenance::{exemplars_of, made_from, pictured_in, shown_in};
use crate::records::{BuildRecord, PictureRecord};
use crate::registry::tables::Has;
use crate::schema::ExemplarRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Something that was not computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotComputed {
    /// What.
    pub what: String,
    /// The tensors that are missing; empty where only something before it is incomplete.
    pub missing_tensors: Vec<String>,
}

/// The network that was studied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkRecord {
    /// Where its weights were read from, as it was given.
    pub weights: String,
    /// Digest of the tensors, whatever the file format.
    pub weights_digest: String,
    /// What it is called, such as `resnet18`. Manifests from before it was recorded lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// How many convolutions the branch of a block has, where these are not two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convolutions: Option<usize>,
    /// Channels of the stages.
    pub widths: Vec<usize>,
    /// Rows and columns of the images it reads.
    pub input_size: usize,
    /// How else photographs became images. Manifests from before it was recorded lack it: then as ImageNet's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocessing: Option<PreprocessingRecord>,
    /// Whether the elements of every tensor were permuted: the null of training.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shuffled: bool,
    /// Classes it tells apart, if it has its last layer.
    pub classes: Option<usize>,
    /// `separate` or `folded`.
    pub batch_norm: String,
}

/// How photographs became images, beside the size of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreprocessingRecord {
    /// What the shorter side of a photograph was resized to.
    pub resize: usize,
    /// What was subtracted from the three colors, between 0 and 1.
    pub mean: [f32; 3],
    /// What they were divided by then.
    pub std: [f32; 3],
}

/// The images that tuning curves were measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImagesRecord {
    /// The folder, as it was given.
    pub folder: String,
    /// How many images were read.
    pub read: usize,
    /// Those that could not be read, each as one sentence.
    pub skipped: Vec<String>,
    /// Those that were read though something is wrong with them, each as one sentence: a wrong checksum, an end that is
    /// missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flawed: Vec<String>,
    /// How many files below the folder are no images, by their kind: the name of a format that is not read, the ending
    /// of a name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_over: BTreeMap<String, usize>,
    /// Digest of the names of those that were read, in order.
    pub names_digest: String,
    /// Digest of the digests of all files in the folder, in order.
    pub digest: String,
    /// BLAKE3 digest of the file of each image that was read, by its name.
    pub files: ImageDigests,
    /// The journals in the store that keep what was read of images, and how many images of this run each holds.
    pub journals: BTreeMap<String, usize>,
}

/// `manifest.json`: what produced the files beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name and version of the program.
    pub program: String,
    /// The version of the program's arithmetic: raised by hand whenever a change to the source changes any bit of any
    /// picture.
    pub numerics_version: u32,
    /// The program's source, compiler and processor; the last two change no bit.
    pub build: BuildRecord,
    /// The network.
    pub network: NetworkRecord,
    /// The images, where there were any.
    pub images: Option<ImagesRecord>,
    /// The named number of steps.
    pub preset: String,
    /// Every constant of the recipe.
    pub recipe: serde_json::Value,
    /// The jitter of each site that pictures were optimised for, in pixels; 0 is none. Manifests from before it was
    /// recorded lack it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub jitter: BTreeMap<String, usize>,
    /// The seed of every draw, and where there are several, the first.
    pub seed: u64,
    /// All seeds, in order. Manifests from before there could be several lack it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<u64>,
    /// The variants of the study that were made beside the published one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// After how many steps some channels were looked at too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub convergence: Vec<usize>,
    /// Whether pictures of whole channels are of every channel, and not of exemplars alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_channels: bool,
    /// The blocks that were studied, each with its channels.
    pub blocks: BTreeMap<String, Vec<usize>>,
    /// The channels that were asked for; empty stands for all.
    pub channels: Vec<String>,
    /// What every picture in `features` is of, and its key in the store.
    pub pictures: BTreeMap<String, PictureRecord>,
    /// What could not be computed.
    pub not_computed: Vec<NotComputed>,
    /// Units that were made again from another seed, and those that failed for good.
    pub retried: Vec<String>,
    /// Channels whose visualization failed for good.
    pub failed: Vec<String>,
    /// The instruction set that was used; it changes no bit.
    pub instruction_set: String,
    /// How many threads were used; it changes no bit.
    pub threads: usize,
    /// Seconds spent, by phase, in the run that wrote this.
    pub seconds: BTreeMap<String, f64>,
    /// What every table, figure and other derived file was made from: files of this folder or keys of its store, or
    /// `pictures` for all of them, `images` and `weights` as they are described here.
    pub made_from: BTreeMap<String, Vec<String>>,
    /// BLAKE3 digest of every file of the run below the folder, except the store and this one.
    pub files: BTreeMap<String, String>,
    /// BLAKE3 digest of this file with nothing between the quotes of this field.
    pub digest: String,
}

impl Manifest {
    /// Writes `manifest.json` in a folder, with the digests of every file below it that `of_run` tells by its name,
    /// what each was made from, and its own digest.
    ///
    /// # Errors
    /// If a file cannot be read or the manifest not be written.
    pub fn write(&mut self, folder: &Path, of_run: impl Fn(&str) -> bool) -> Result<(), ReportError> {
        self.files = digests(folder, of_run)?;
        self.say_what_files_are_made_from(folder)?;
        self.write_as_it_is(folder)
    }

    /// Writes `manifest.json`, its own digest alone made again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_as_it_is(&mut self, folder: &Path) -> Result<(), ReportError> {
        self.seal();
        self.write_text(&folder.join(layout::MANIFEST))
    }

    /// Lists other files in the place of those that `are_replaced`; what they were made from is said by their names.
    pub fn replace_files(&mut self, are_replaced: impl Fn(&str) -> bool, by: BTreeMap<String, String>) {
        self.files.retain(|name, _| !are_replaced(name));
        self.made_from.retain(|name, _| !are_replaced(name));
        let has = self.has();
        for name in by.keys() {
            if let Some(sources) = self.sources(name, has) {
                self.made_from.insert(name.clone(), sources);
            }
        }
        self.files.extend(by);
    }

    /// What a file was made from, by its name alone.
    fn sources(&self, name: &str, has: Has) -> Option<Vec<String>> {
        let mut sources: Vec<String> = made_from(name, has)?.into_iter().map(str::to_owned).collect();
        // A thumbnail is of one picture.
        sources.extend(pictured_in(name).filter(|picture| self.pictures.contains_key(picture)));
        Some(sources)
    }

    fn say_what_files_are_made_from(&mut self, folder: &Path) -> Result<(), ReportError> {
        let has = self.has();
        let exemplars: Vec<ExemplarRow> = match self.files.contains_key(layout::EXEMPLARS) {
            true => read_table(&folder.join(layout::EXEMPLARS))?,
            false => Vec::new(),
        };
        let chain = |name: &String| {
            let mut sources = self.sources(name, has)?;
            for shown in exemplars_of(name, &exemplars).flat_map(shown_in) {
                if let Some(picture) = self.pictures.get(&shown) {
                    sources.extend([shown, picture.stored()]);
                } else if self.files.contains_key(&shown) {
                    sources.push(shown);
                }
            }
            Some((name.clone(), sources))
        };
        self.made_from = self.files.keys().filter_map(chain).collect();
        Ok(())
    }

    /// Writes `manifest.json` of a run that is about to write its files: whoever finds the folder cut short learns from it
    /// whose it is. `files` are those that are there, or will be, with the digests that they have or had.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_unfinished(&mut self, folder: &Path, files: BTreeMap<String, String>) -> Result<(), ReportError> {
        self.files = files;
        self.seconds.clear();
        self.seal();
        self.write_text(&folder.join(layout::MANIFEST))
    }

    /// What the run has that not every run has.
    pub fn has(&self) -> Has {
        Has {
            images: self.images.is_some(),
            variants: !self.variants.is_empty(),
            convergence: !self.convergence.is_empty(),
        }
    }

    /// Whether all files of the run are written: how long it took is said at the end.
    pub fn is_finished(&self) -> bool {
        !self.seconds.is_empty()
    }

    /// Sets the manifest's own digest.
    pub fn seal(&mut self) {
        self.digest.clear();
        self.digest = self.hash().to_hex().to_string();
    }

    /// The file's text.
    #[expect(clippy::expect_used, reason = "a manifest is strings and finite numbers, which JSON can always hold")]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        self.say_to(&mut text).expect("a manifest as JSON");
        String::from_utf8(text).expect("JSON as text")
    }

    /// Writes the file's text, which may list a million images, piece by piece.
    fn say_to(&self, mut to: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut to, self)?;
        to.write_all(b"\n")
    }

    /// The digest of the file's text.
    #[expect(clippy::expect_used, reason = "as for the text: nothing else can fail where nothing is written")]
    fn hash(&self) -> blake3::Hash {
        let mut hashing = BufWriter::new(blake3::Hasher::new());
        self.say_to(&mut hashing).expect("a manifest as JSON");
        hashing.into_inner().expect("a hasher takes all").finalize()
    }

    fn write_text(&self, path: &Path) -> Result<(), ReportError> {
        let write = |file: &mut File| {
            let mut file = BufWriter::new(file);
            self.say_to(&mut file)?;
            file.flush()
        };
        write_atomically_with(path, write).map_err(|source| ReportError::Write { path: path.to_owned(), source })
    }

    /// Whether the file in a folder is, byte for byte, what [`Manifest::write`] would have written of this.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn is_sealed(&self, folder: &Path) -> Result<bool, ReportError> {
        let mut again = self.clone();
        again.seal();
        Ok(digest_of(&folder.join(layout::MANIFEST))? == again.hash())
    }

    /// Reads `manifest.json` from a folder.
    ///
    /// # Errors
    /// If there is none, it cannot be read or is no manifest.
    pub fn read(folder: &Path) -> Result<Manifest, ReportError> {
        let path = folder.join(layout::MANIFEST);
        if path.try_exists().is_ok_and(|exists| !exists) {
            let found = if folder.exists() { "none in it" } else { "no such folder" };
            return Err(ReportError::NoRun { folder: folder.to_owned(), found });
        }
        Manifest::read_at(path)
    }

    /// Reads what a run said of itself when it began in a folder, and had no `manifest.json` yet.
    ///
    /// # Errors
    /// If it cannot be read or is no manifest.
    pub fn read_begun(folder: &Path) -> Result<Manifest, ReportError> {
        Manifest::read_at(folder.join(layout::BEGUN))
    }

    /// Writes what a run says of itself when it begins.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_begun(&mut self, folder: &Path) -> Result<(), ReportError> {
        self.seal();
        self.write_text(&folder.join(layout::BEGUN))
    }

    fn read_at(path: PathBuf) -> Result<Manifest, ReportError> {
        let read = |source| ReportError::Read { path: path.clone(), source };
        let file = BufReader::new(File::open(&path).map_err(read)?);
        serde_json::from_reader(file).map_err(|e: serde_json::Error| match e.io_error_kind() {
            Some(kind) => read(kind.into()),
            None => {
                ReportError::Damaged { path: path.clone(), expected: "a manifest of Streamscope", found: e.to_string() }
            }
        })
    }

    /// As [`Manifest::read`], without the digests of images, of which there may be a million: for who only draws.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn read_to_draw(folder: &Path) -> Result<Manifest, ReportError> {
        let mut manifest = Manifest::read(folder)?;
        manifest.forget_images();
        Ok(manifest)
    }

    /// Forgets the digests of images.
    pub fn forget_images(&mut self) {
        if let Some(images) = &mut self.images {
            images.files = ImageDigests::default();
        }
    }
}

/// The BLAKE3 digest of a file, of which no more than a piece is in memory.
fn digest_of(path: &Path) -> Result<blake3::Hash, ReportError> {
    let read = |source| ReportError::Read { path: path.to_owned(), source };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).map_err(read)?).map_err(read)?;
    Ok(hasher.finalize())
}

/// The BLAKE3 digest of every file below a folder that `of_run` tells by its name; the store, the manifest and hidden
/// files left out.
///
/// # Errors
/// If a file cannot be read.
pub fn digests(folder: &Path, of_run: impl Fn(&str) -> bool) -> Result<BTreeMap<String, String>, ReportError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let here = folder.join(&below);
        let read = |source| ReportError::Read { path: here.clone(), source };
        for entry in fs::read_dir(&here).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = below.join(entry.file_name());
            let is_folder = entry.file_type().map_err(read)?.is_dir();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let beside = [layout::STORE, layout::EXPLANATIONS, layout::COMPARISON, layout::PRINT].map(Path::new);
            if is_folder && !beside.contains(&name.as_path()) {
                folders.push(name);
            } else if !is_folder && !hidden && name != Path::new(layout::MANIFEST) {
                let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
                let listed = parts.join("/");
                if of_run(&listed) {
                    let digest = digest_of(&folder.join(&name))?;
                    found.insert(listed, digest.to_hex().to_string());
                }
            }
        }
    }
    Ok(found)
}

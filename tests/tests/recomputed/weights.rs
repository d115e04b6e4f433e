//! Tensors by torchvision's names, from files and to files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use testkit::golden::{Archive, Array, npy_f32};

/// Tensors in single precision.
#[derive(Clone, Debug)]
pub(crate) struct Weights(pub(crate) BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Weights {
    /// Those of an archive, or of a folder of arrays.
    pub(crate) fn read(path: &Path) -> Weights {
        let of = |Array { shape, values }| (shape, values);
        let mut tensors = BTreeMap::new();
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                let file = entry.unwrap().path();
                if file.extension().is_some_and(|e| e == "npy") {
                    let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
                    tensors.insert(name, of(npy_f32(&file)));
                }
            }
        } else {
            let archive = Archive::open(path);
            for name in archive.names() {
                tensors.insert(name.clone(), of(archive.f32(&name)));
            }
        }
        Weights(tensors)
    }

    /// Writes a folder of arrays.
    pub(crate) fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for (name, (shape, values)) in &self.0 {
            let sizes: String = shape.iter().map(|n| format!("{n},")).collect();
            let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}");
            while (10 + header.len() + 1) % 64 != 0 {
                header.push(' ');
            }
            header.push('\n');
            let length = u16::try_from(header.len()).unwrap();
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend(length.to_le_bytes());
            bytes.extend(header.as_bytes());
            bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
            fs::write(folder.join(format!("{name}.npy")), bytes).unwrap();
        }
    }

    /// Values of a tensor, in double precision.
    pub(crate) fn values(&self, name: &str) -> Option<Vec<f64>> {
        let (_, values) = self.0.get(name)?;
        Some(values.iter().map(|&v| f64::from(v)).collect())
    }

    /// Adds to a value of a tensor.
    pub(crate) fn add(&mut self, name: &str, at: usize, what: f32) {
        self.0.get_mut(name).unwrap().1[at] += what;
    }

    /// The same network with batch norm folded into its convolutions.
    pub(crate) fn folded(&self) -> Weights {
        let mut folded = self.clone();
        let convolutions: Vec<String> = self
            .0
            .keys()
            .filter_map(|name| {
                let conv = name.strip_suffix(".weight")?;
                let is_one = conv.ends_with("conv1") || conv.ends_with("conv2") || conv.ends_with("downsample.0");
                is_one.then(|| conv.to_owned())
            })
            .collect();
        for conv in convolutions {
            let norm = norm_of(&conv);
            let mut take = |part: &str| folded.0.remove(&format!("{norm}.{part}")).unwrap().1;
            let [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(&mut take);
            let scale: Vec<f32> = gamma.iter().zip(&variance).map(|(g, v)| g / (v + 1e-5).sqrt()).collect();
            let (_, values) = folded.0.get_mut(&format!("{conv}.weight")).unwrap();
            let each = values.len() / scale.len();
            for (at, value) in values.iter_mut().enumerate() {
                *value *= scale[at / each];
            }
            let bias = (0..scale.len()).map(|c| beta[c] - mean[c] * scale[c]).collect();
            folded.0.insert(format!("{conv}.bias"), (vec![scale.len()], bias));
        }
        folded
    }
}

/// The batch norm behind a convolution.
pub(crate) fn norm_of(conv: &str) -> String {
    match conv.strip_suffix("downsample.0") {
        Some(block) => format!("{block}downsample.1"),
        None => conv.replace("conv", "bn"),
    }
}

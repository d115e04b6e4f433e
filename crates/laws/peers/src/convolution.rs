//! Convolutions of rten, which takes models alone: each case is written as an ONNX file of one operation.

use laws::operations::Convolution;
use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::sync::Arc;

/// Maps are channels first there: from `[N, H, W, C]`, or back with the sizes exchanged.
fn moved(values: &[f32], [images, outer, inner]: [usize; 3]) -> Vec<f32> {
    let at = |i: usize| i / (outer * inner) * outer * inner + i % outer * inner + i / outer % inner;
    (0..images * outer * inner).map(|i| values[at(i)]).collect()
}

/// A convolution on a pool of so many threads.
pub fn rten_f32(threads: usize) -> impl Fn(&Convolution<f32>, &mut [f32]) {
    let pool = Arc::new(ThreadPool::with_num_threads(threads));
    move |p, y| {
        let (shape, [height, width]) = (&p.shape, p.shape.size);
        let [rows, columns] = shape.output().unwrap();
        let model = Model::load(onnx(p)).unwrap();
        let (from, to) = (model.input_ids()[0], model.output_ids()[0]);
        let x = moved(&p.x, [shape.images, height * width, shape.inputs]);
        let x = NdTensor::from_data([shape.images, shape.inputs, height, width], x);
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&pool));
        let found = model.run(vec![(from, x.view().into())], &[to], Some(options)).unwrap();
        let found: NdTensor<f32, 4> = found.into_iter().next().unwrap().try_into().unwrap();
        let found: Vec<f32> = found.iter().copied().collect();
        y.copy_from_slice(&moved(&found, [shape.images, shape.outputs, rows * columns]));
    }
}

/// A model of one convolution with its weights inside (ONNX's `onnx.proto`; fields by their numbers).
fn onnx(p: &Convolution<f32>) -> Vec<u8> {
    let shape = &p.shape;
    let [rows, columns] = shape.output().unwrap();
    let ([height, width], [down, right]) = (shape.size, shape.padding);
    let lists = [
        ("kernel_shape", shape.kernel.to_vec()),
        ("strides", shape.stride.to_vec()),
        ("pads", vec![down, right, down, right]),
    ];
    let mut node = Message::new().text(1, "x").text(1, "weights").text(2, "y").text(4, "Conv");
    for (name, list) in lists {
        let list = list.into_iter().fold(Message::new().text(1, name), |message, value| message.number(8, value));
        node = node.message(5, list.number(20, 7));
    }
    node = node.message(5, Message::new().text(1, "group").number(3, shape.groups).number(20, 2));
    let dimensions = [shape.outputs, shape.inputs / shape.groups, shape.kernel[0], shape.kernel[1]];
    let weights = dimensions.into_iter().fold(Message::new(), |message, size| message.number(1, size));
    let bytes: Vec<u8> = p.weights.iter().flat_map(|v| v.to_le_bytes()).collect();
    let weights = weights.number(2, 1).text(8, "weights").bytes(9, &bytes);
    let graph = Message::new().message(1, node).text(2, "convolution").message(5, weights);
    let graph = graph.message(11, value("x", [shape.images, shape.inputs, height, width]));
    let graph = graph.message(12, value("y", [shape.images, shape.outputs, rows, columns]));
    let opset = Message::new().text(1, "").number(2, 13);
    Message::new().number(1, 8).message(7, graph).message(8, opset).0
}

/// A tensor of single precision by its name and sizes.
fn value(name: &str, sizes: [usize; 4]) -> Message {
    let sizes =
        sizes.into_iter().fold(Message::new(), |message, size| message.message(1, Message::new().number(1, size)));
    let tensor = Message::new().number(1, 1).message(2, sizes);
    Message::new().text(1, name).message(2, Message::new().message(1, tensor))
}

/// A message of Protocol Buffers.
struct Message(Vec<u8>);

impl Message {
    fn new() -> Message {
        Message(Vec::new())
    }

    fn varint(mut self, mut value: usize) -> Message {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    fn number(self, field: usize, value: usize) -> Message {
        self.varint(field << 3).varint(value)
    }

    fn bytes(self, field: usize, bytes: &[u8]) -> Message {
        let mut message = self.varint(field << 3 | 2).varint(bytes.len());
        message.0.extend_from_slice(bytes);
        message
    }

    fn text(self, field: usize, text: &str) -> Message {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: usize, message: Message) -> Message {
        self.bytes(field, &message.0)
    }
}

"""One Python contender, driven line by line.

`contender.py RUNTIME FOLDER BATCH THREADS` prints the first image's scores, then for each line `run N` on stdin the seconds of N
passes, as JSON. RUNTIME is onnxruntime, openvino, pytorch, pytorch-channels-last, or lucent:SITE:STEPS, whose times are those of
a step. FOLDER holds what `run` made: network.onnx, weights.npz, images.u8.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

runtime, folder, batch, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])


def images():
    raw = np.fromfile(folder / "images.u8", np.uint8).reshape(-1, 224, 224, 3)[:batch]
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    return np.ascontiguousarray(((raw.astype(np.float32) / 255 - mean) / std).transpose(0, 3, 1, 2))


def model():
    """torchvision's ResNet18 or ResNeXt50 with weights whose batch norm is folded: its norms are then identities with a bias."""
    import torch
    import torchvision

    weights = np.load(folder / "weights.npz")
    bottlenecks = "layer1.0.conv3.weight" in weights
    net = torchvision.models.resnext50_32x4d() if bottlenecks else torchvision.models.resnet18()
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            fused = torch.nn.Conv2d(
                module.in_channels, module.out_channels, module.kernel_size, module.stride, module.padding,
                groups=module.groups, bias=True,
            )
            if f"{name}.weight" in weights:
                fused.weight.data = torch.from_numpy(weights[f"{name}.weight"])
                fused.bias.data = torch.from_numpy(weights[f"{name}.bias"])
            parent, _, last = name.rpartition(".")
            setattr(net.get_submodule(parent), last, fused) if not last.isdigit() else net.get_submodule(
                parent
            ).__setitem__(int(last), fused)
        elif isinstance(module, torch.nn.BatchNorm2d):
            parent, _, last = name.rpartition(".")
            owner = net.get_submodule(parent)
            if last.isdigit():
                owner[int(last)] = torch.nn.Identity()
            else:
                setattr(owner, last, torch.nn.Identity())
    if "fc.weight" in weights:
        net.fc.weight.data = torch.from_numpy(weights["fc.weight"])
        net.fc.bias.data = torch.from_numpy(weights["fc.bias"])
    return net.eval()


def serve(step):
    for line in sys.stdin:
        runs = int(line.removeprefix("run "))
        seconds = []
        for _ in range(runs):
            start = time.perf_counter()
            factor = step() or 1
            seconds.append((time.perf_counter() - start) / factor)
        print(json.dumps(seconds), flush=True)


def answer(scores, step):
    print(json.dumps(np.asarray(scores, np.float64).ravel()[:1000].tolist()), flush=True)
    serve(step)


if runtime == "export":
    import torch

    torch.onnx.export(model(), (torch.zeros(1, 3, 224, 224),), folder / "network.onnx", dynamo=False,
                      input_names=["image"], output_names=["scores"], dynamic_axes={"image": {0: "n"}, "scores": {0: "n"}})
elif runtime == "onnxruntime":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(folder / "network.onnx", options)
    x = images()
    run = lambda: session.run(None, {"image": x})[0]
    answer(run()[0], lambda: run() is None)
elif runtime == "openvino":
    import openvino

    core = openvino.Core()
    network = core.read_model(folder / "network.onnx")
    network.reshape({"image": [batch, 3, 224, 224]})
    compiled = core.compile_model(network, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"})
    request, x = compiled.create_infer_request(), images()
    run = lambda: request.infer({0: x})[0]
    answer(run()[0], lambda: run() is None)
elif runtime.startswith("pytorch"):
    import torch

    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    net, x = model(), torch.from_numpy(images())
    if runtime == "pytorch-channels-last":
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    answer(net(x)[0].numpy(), lambda: net(x) is None)
elif runtime.startswith("lucent"):
    import torch
    import torchvision
    from lucent.optvis import objectives, param, render, transform

    torch.set_num_threads(threads)
    _, site, steps = runtime.split(":")
    stage, block = site.removeprefix("layer").split(".")
    net = model()
    layer = f"layer{stage}_{block}"
    jitter = {"layer1": 0, "layer2": 4, "layer3": 16}[f"layer{stage}"]
    around = [transform.pad(jitter), transform.jitter(jitter)] if jitter else []
    after = [transform.jitter(jitter // 2), torchvision.transforms.CenterCrop(224)] if jitter else []
    scale = transform.random_scale([1, 0.975, 1.025, 0.95, 1.05])
    transforms = [*around, scale, transform.random_rotate(list(range(-5, 6))), *after]

    def run():
        render.render_vis(
            net, objectives.neuron(layer, 3), lambda: param.image(224, fft=True, decorrelate=True), transforms=transforms,
            thresholds=(int(steps),), show_image=False, progress=False, preprocess=True, fixed_image_size=None,
        )
        return int(steps)

    answer([], run)
else:
    sys.exit(f"unknown runtime '{runtime}'")

"""Train a line with PyTorch on the CPU; print the result as one JSON object."""

import json

import torch

x = torch.linspace(-1, 1, 64).unsqueeze(1)
y = 3 * x + 1
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for _ in range(200):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
found = {
    "version": torch.__version__.split("+")[0],
    "archs": torch._C._cuda_getArchFlags().split(),  # noqa: SLF001 - no other way without a GPU
    "gpus": torch.cuda.device_count(),
    "libraries": {
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "nccl": int("{}{:02}{:02}".format(*torch.cuda.nccl.version())),
    },
    "slope": round(float(model.weight), 3),
}
print(json.dumps(found))

// Compiled by verify with every planned toolkit, for the box's own cards: CUB, and cuDNN and NCCL where planned.
#include <cstdio>
#include <cub/cub.cuh>
#ifdef WITH_CUDNN
#include <cudnn.h>
#endif
#ifdef WITH_NCCL
#include <nccl.h>
#endif

__global__ void count(int *numbers, int size) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < size) numbers[i] = i;
}

static int fail(const char *step, cudaError_t error) {
  std::printf("%s: %s\n", step, cudaGetErrorString(error));
  return 3;
}

int main() {
#ifdef WITH_CUDNN
  std::printf("cudnn %zu\n", cudnnGetVersion());
#endif
#ifdef WITH_NCCL
  int nccl = 0;
  ncclGetVersion(&nccl);
  std::printf("nccl %d\n", nccl);
#endif
  int gpus = 0;
  if (cudaError_t error = cudaGetDeviceCount(&gpus)) return fail("devices", error);
  const int size = 1000;
  int *numbers, *sum, result = 0;
  void *scratch = nullptr;
  size_t bytes = 0;
  cudaMalloc(&numbers, size * sizeof(int));
  cudaMalloc(&sum, sizeof(int));
  count<<<4, 256>>>(numbers, size);
  cub::DeviceReduce::Sum(scratch, bytes, numbers, sum, size);
  cudaMalloc(&scratch, bytes);
  cub::DeviceReduce::Sum(scratch, bytes, numbers, sum, size);
  if (cudaError_t error = cudaMemcpy(&result, sum, sizeof(int), cudaMemcpyDeviceToHost))
    return fail("sum", error);
  std::printf("sum %d\n", result);
  return result == 499500 ? 0 : 4;
}

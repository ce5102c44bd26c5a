package telemetry

import (
	"regexp"
	"slices"
	"strings"
)

// environPrefixes and environNames are what decides how an engine runs on an accelerator. Nothing else of an environment
// is kept.
var (
	environPrefixes = []string{"HIP_", "HSA_", "ROCR_", "ROCM_", "HYHAL_", "DTK_", "NCCL_", "RCCL_", "VLLM_", "SGLANG_", "SGL_", "TRTLLM_",
		"PYTORCH_HIP_", "PYTORCH_CUDA_", "MIOPEN_", "GPU_MAX_HW_QUEUES", "AMD_", "OMP_", "GOMP_", "KMP_", "MKL_NUM_", "TORCH_NCCL_", "TRITON_"}
	environNames = []string{"CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "CUDA_DEVICE_MAX_CONNECTIONS", "CUDA_LAUNCH_BLOCKING",
		"ALLREDUCE_STREAM_WITH_COMPUTE", "LLAMA_ARG_THREADS", "GLOO_SOCKET_IFNAME", "TOKENIZERS_PARALLELISM", "LD_PRELOAD"}
)

// secretWords in a name keep a variable out whatever its prefix: VLLM_API_KEY.
var secretWords = []string{"KEY", "TOKEN", "SECRET", "PASS", "PWD", "CREDENTIAL", "AUTH", "COOKIE", "PRIVATE", "BEARER", "SIGNATURE", "ACCESS", "DSN"}

// secretValue is what keys begin with, and what stands before them: --api-key x, Bearer x, PASSWORD=x.
var secretValue = regexp.MustCompile(`(?i)\b(?:sk-|hf_|ghp_|gho_|github_pat_|glpat-|xox[a-z]-|akia|eyj)\w|\bbearer\b|(?:key|token|secret|passw(?:or)?d)[=: ]`)

// notSecret are names with such a word that hold none.
var notSecret = []string{"TOKENIZERS_PARALLELISM"}

// Environ picks from lines NAME=VALUE what may be kept with a run. Values that hold a user and a password, as URLs may,
// or look like a key, are left out too.
func Environ(lines []string) map[string]string {
	kept := make(map[string]string)
	for _, line := range lines {
		name, value, ok := strings.Cut(line, "=")
		if ok && value != "" && allowed(name) && !secret(name, value) {
			kept[name] = value
		}
	}
	return kept
}

func allowed(name string) bool {
	return slices.Contains(environNames, name) || slices.ContainsFunc(environPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

func secret(name, value string) bool {
	if slices.Contains(notSecret, name) {
		return false
	}
	upper := strings.ToUpper(name)
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(upper, w) }) || secretValue.MatchString(value) ||
		strings.Contains(value, "://") && strings.Contains(value, "@")
}

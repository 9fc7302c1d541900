"""What the pipeline runs on; `infra.demo` is a small news web to try it with."""

# Aliases only: nothing needs make.
.PHONY: run check test demo bench
run check test demo bench:
	python3 run.py $(subst run,serve,$@)

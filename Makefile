# Aliases only: nothing needs make.
.PHONY: run test demo bench
run test demo bench:
	python3 run.py $(subst run,serve,$@)

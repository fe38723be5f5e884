# What people type. Every recipe works on a fresh clone: ./tellerline sets up what is missing.

python := ".venv/bin/python"

# List the recipes.
default:
    @just --list

# Set up .venv and the git hooks.
setup: _environment
    .venv/bin/pre-commit install

# Show the system at work.
demo *arguments:
    ./tellerline demo {{ arguments }}

# Everything that must pass; with arguments, pytest alone: just test tests/unit -k money
test *arguments:
    ./tellerline test {{ arguments }}

# Put what a machine can put right: formatting, import order, stubs.
fix: _environment
    .venv/bin/ruff check --fix . tellerline
    .venv/bin/ruff format . tellerline
    {{ python }} tools/generate_stubs.py

# Start a host folder from a template: just new-host fx, or just new-host fx mq for records on a queue
new-host name transport="soap": _environment
    {{ python }} tools/new_host.py {{ name }} {{ transport }}

# Keep PostgreSQL and RabbitMQ running for quick test runs; prints the variables to export.
servers: _environment
    {{ python }} -m tellerline.simulators.servers

# Measure the system against its floors and peers.
bench *arguments:
    ./tellerline bench {{ arguments }}

# Write requirements.lock anew from pyproject.toml (needs uv); no registry is named in it.
lock:
    uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras pyproject.toml --output-file requirements.lock

# Start a fragment of news: just news 42.fix "What the reader gains."
news name text:
    .venv/bin/towncrier create --content "{{ text }}" {{ name }}.md

# Gather the news of a release into CHANGELOG.md.
release version:
    .venv/bin/towncrier build --yes --version {{ version }}

_environment:
    @./tellerline version > /dev/null

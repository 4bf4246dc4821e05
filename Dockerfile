# The suite as an image: docker run --rm -v "$PWD:/data" IMAGE --target /data/profile.toml --base-url URL --report /data/report
FROM python:3.13-slim-bookworm

# bash, coreutils and Python are all that a run needs; curl and jq are for its scripts, on whoever's machine they are used.
ENV PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1
WORKDIR /suite
COPY requirements/lock.txt requirements/lock.txt
COPY .github/scripts/install.sh .github/scripts/install.sh
RUN bash .github/scripts/install.sh .venv && useradd --create-home --uid 1000 judge
COPY pyproject.toml conftest.py ./
COPY conformance conformance
COPY contracts contracts
COPY mock_server mock_server
COPY reports reports
COPY strategies strategies
COPY suites suites
COPY targets targets
USER 1000
ENTRYPOINT ["/suite/.venv/bin/python", "-m", "pytest", "suites"]

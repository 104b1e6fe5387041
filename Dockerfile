# The minor version is pinned; a rebuild takes its security fixes.
FROM python:3.13-slim-trixie AS base


FROM base AS build

WORKDIR /src
COPY pyproject.toml README.md LICENSE interview_gateway.py ./
COPY api/ api/
COPY statemachine/ statemachine/
COPY eventlog/ eventlog/
COPY backends/ backends/

# Of all this, only the environment is taken over into the image. What the extras need is not
# loaded until a setting asks for it.
RUN python -m venv /opt/gateway \
    && /opt/gateway/bin/pip --disable-pip-version-check install --no-cache-dir '.[documents,pdf,postgres,redis,team]'


FROM base

LABEL org.opencontainers.image.title="interview-gateway" \
      org.opencontainers.image.description="Conducts job interviews over HTTP; every move is an event in an append-only log." \
      org.opencontainers.image.licenses="MIT"

# A new volume takes its owner from this folder. The ids are fixed, so that a folder of the host
# can be given to them: chown 10001:10001.
RUN groupadd --gid 10001 gateway \
    && useradd --uid 10001 --gid gateway --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin gateway \
    && install --directory --owner gateway --group gateway --mode 0750 \
        /var/lib/interview-gateway

# Fonts for the scripts that people answer in, for PDFs. Debian's release pins their versions.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /opt/gateway /opt/gateway

ENV PATH="/opt/gateway/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8009 \
    EVENTLOG_URL=sqlite:////var/lib/interview-gateway/interviews.db

USER 10001:10001
VOLUME ["/var/lib/interview-gateway"]
EXPOSE 8009

# Engines pass the host's proxy settings on; without the empty ProxyHandler the check would ask
# the proxy for 127.0.0.1. An answer that is no success, or none within 2 s, exits with 1.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=2)"]

CMD ["interview-gateway", "serve"]

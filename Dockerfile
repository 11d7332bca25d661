# Triptych in a container: `docker build --target cpu .` (the default) or `--target gpu`.
#
# scripts/setup installs, the script that `make` runs. The CUDA libraries come with the packages and
# the driver from the host, so the GPU image needs no CUDA base. docs/install.md has the commands.

FROM scratch AS application
COPY alembic.ini models.yaml /
COPY app /app
COPY migrations /migrations
COPY static /static
COPY templates /templates

FROM python:3.11-slim-bookworm AS base
WORKDIR /srv/triptych
ENV PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    PATH="/srv/triptych/.venv/bin:$PATH" \
    TRIPTYCH_HOST=0.0.0.0 \
    TRIPTYCH_VAR=/srv/triptych/var \
    HF_HOME=/srv/triptych/var/huggingface
RUN useradd --create-home --uid 10001 triptych \
    && install --directory --owner triptych --group triptych var
# Only what decides on the packages: a change of the application keeps their layer.
COPY LICENSE README.md pyproject.toml ./
COPY requirements requirements
COPY scripts scripts
VOLUME /srv/triptych/var
EXPOSE 8300
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8300/healthz', timeout=4)"]
ENTRYPOINT ["triptych"]
CMD ["serve"]

FROM base AS gpu
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN scripts/setup gpu --no-project && rm -rf /var/lib/apt/lists/*
COPY --from=application / ./
RUN scripts/setup gpu
USER triptych

FROM base AS cpu
ARG TORCH_INDEX
RUN scripts/setup cpu --no-project && rm -rf /var/lib/apt/lists/*
COPY --from=application / ./
RUN scripts/setup cpu
USER triptych

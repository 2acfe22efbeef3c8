# Two images: `broker` (the default) and `simulators`, which adds the demo's parties for trying it out.
# Both come from the hashed lock files; compilers and pip stay behind in the stages that need them.

FROM python:3.11-slim-bookworm AS locked
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
WORKDIR /build
COPY requirements/ requirements/

# The project itself, built with the locked setuptools and nothing fetched beside it.
FROM locked AS wheel
RUN python -m venv /tools && /tools/bin/pip install --require-hashes -r requirements/demo.txt
COPY pyproject.toml README.md LICENSE ./
COPY broker/ broker/
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM locked AS broker-environment
RUN python -m venv --without-pip /opt/voordeur \
    && pip --python /opt/voordeur/bin/python install --require-hashes -r requirements/broker.txt
COPY --from=wheel /wheels/ /wheels/
RUN pip --python /opt/voordeur/bin/python install --no-deps --no-index /wheels/*.whl \
    && /opt/voordeur/bin/python -m compileall -q /opt/voordeur/lib

FROM broker-environment AS simulators-environment
RUN pip --python /opt/voordeur/bin/python install --require-hashes -r requirements/demo.txt

FROM python:3.11-slim-bookworm AS runtime
# A number, so that an orchestrator can see that it is not root. /etc/var/demo is the mount point of the
# simulators' state: a volume takes its owner from the folder it is first mounted on.
RUN groupadd --gid 10001 voordeur \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin voordeur \
    && install -d -o 10001 -g 10001 /etc/var/demo \
    && rm -rf /usr/local/lib/python3.11/site-packages/pip* /usr/local/bin/pip*
ENV PATH=/opt/voordeur/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS simulators
COPY --from=simulators-environment /opt/voordeur/ /opt/voordeur/
COPY demo/ demo/
COPY deploy/prepare-simulators deploy/import-demo-accounts deploy/
CMD ["python", "-m", "demo.outbox", "serve", "--bind", "0.0.0.0:8300"]

FROM runtime AS broker
COPY --from=broker-environment /opt/voordeur/ /opt/voordeur/
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["broker"]
CMD ["serve", "--config", "/etc/voordeur", "--bind", "0.0.0.0:8000", "--no-worker"]

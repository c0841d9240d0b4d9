# The server on HTTP, behind a key. Without TESTDESK_HTTP_KEY it makes a key up and says it in its log.
# On standard input instead: docker run -i IMAGE serve

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt requirements.lock requirements-extras.lock sbom.cdx.json hatch_build.py README.md LICENSE ./
COPY testdesk testdesk
COPY server server
COPY tools tools
COPY prompts prompts
ENV PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip wheel --no-cache-dir --no-deps --wheel-dir dist .
RUN python -m venv --without-pip /opt/testdesk \
    && pip --python /opt/testdesk/bin/python install --no-cache-dir --compile --require-hashes \
        -r requirements.lock -r requirements-extras.lock \
    && pip --python /opt/testdesk/bin/python install --no-cache-dir --compile --no-deps --no-index dist/*.whl \
    && /opt/testdesk/bin/testdesk reference --first-answers

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Testdesk" \
      org.opencontainers.image.description="An MCP server for the test platforms a QA team works with" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/testdesk /opt/testdesk
# The record of what was done; without it nothing is sent. Mount a volume here to keep it.
RUN mkdir -p -m 700 /var/lib/testdesk && chown 10001:10001 /var/lib/testdesk
VOLUME /var/lib/testdesk
ENV PATH=/opt/testdesk/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    TESTDESK_STORE=/var/lib/testdesk/testdesk.sqlite3
USER 10001:10001
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/healthz', timeout=3)"]
ENTRYPOINT ["testdesk"]
CMD ["serve", "--http", "--host", "0.0.0.0"]

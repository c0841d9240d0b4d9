"""The server in the shell: calling a tool and reporting on a release, under the guards of any other client."""

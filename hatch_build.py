"""Compiles the templates while a wheel is built: a run that has none to compile starts faster."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import jinja2
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTemplates(BuildHookInterface[Any]):
    """Adds `compiled_templates/<version of Jinja>` to the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every template, unless the install is editable: then the sources are used."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from sfsgen.printing.expressions import environment

        sources = jinja2.FileSystemLoader(Path(self.root, "templates"))
        self.compiled = tempfile.TemporaryDirectory()
        environment(sources).compile_templates(self.compiled.name, extensions=["j2"], zip=None)
        target = f"sfsgen/compiled_templates/{jinja2.__version__}"
        build_data["force_include"][self.compiled.name] = target

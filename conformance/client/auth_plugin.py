"""The user's own authentication: `auth.plugin = "package.module:Class"`, a `requests.auth.AuthBase` (docs/profile.md)."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from requests.auth import AuthBase

from conformance.core.inputs import InputError
from conformance.core.profile import Profile


def load_plugin(profile: Profile) -> AuthBase | None:
    """An instance of the class that the profile names, made with `auth.options`; None where it names none.

    The module is looked for beside the profile first. Raises InputError.
    """
    if not profile.auth.plugin:
        return None
    module_name, _, class_name = profile.auth.plugin.partition(":")
    name = f"auth.plugin in {profile.source}"
    module = _imported(module_name, name, profile.folder)
    found = getattr(module, class_name, None)
    if not (isinstance(found, type) and issubclass(found, AuthBase)):
        raise InputError(f"{name}: {module_name} has no class {class_name} of the kind requests.auth.AuthBase.")
    try:
        return found(**profile.auth.options)
    except (Exception, SystemExit) as error:
        raise InputError(f"{name}: {class_name} cannot be made with auth.options ({type(error).__name__}).") from None


def _imported(module_name: str, name: str, folder: Path | None) -> ModuleType:
    beside = str(folder.resolve()) if folder is not None else None
    if beside:
        sys.path.insert(0, beside)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise InputError(f"{name}: there is no module {error.name} beside the profile or in Python's path.") from None
    except (Exception, SystemExit) as error:
        raise InputError(f"{name}: {module_name} cannot be imported ({type(error).__name__}).") from None
    finally:
        if beside:
            sys.path.remove(beside)

"""The one exception type a user of lascarlib ever has to know."""


class LascarError(ValueError):
    """An input, a setting or a file that cannot be used.

    The message is one sentence: what is wrong, in which file or argument, and what to do about it.
    The command line prints it to standard error and exits with code 2.

    Example:
        >>> raise LascarError("scan.nii.gz: the file is missing; check the path")
        Traceback (most recent call last):
        ...
        lascarlib.errors.LascarError: scan.nii.gz: the file is missing; check the path
    """

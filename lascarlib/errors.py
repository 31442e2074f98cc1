"""The one exception type a user of lascarlib ever has to know, and what became of a training."""


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


class DivergedError(LascarError):
    """A training whose loss is not finite any more.

    To a user it is a `LascarError` like any other; an experiment counts it as a result.

    Example:
        >>> issubclass(DivergedError, LascarError)
        True
    """

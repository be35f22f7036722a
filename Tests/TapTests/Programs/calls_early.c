// Linked with early.c's library.
void early(void);
int main(void) {
    early();
    return 0;
}
